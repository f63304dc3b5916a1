"""Which messages a person gets, how and when, and the devices that show them."""

from dataclasses import asdict, replace
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.core.api import ApiView, ReadOnlyRows, signed_in
from config.core.api.inputs import Input, read
from config.core.api.pages import CursorPages
from config.core.models import User
from consultations.adapters import push
from consultations.flows import prefer
from consultations.models import PushDevice
from consultations.models.communication_preference import takes_texts, wishes_of, with_wishes


class PreferenceInput(Input):
    """What is changed; what is left out stays. `visit_mail` is for clinicians."""

    optional_mail = serializers.BooleanField()
    texts = serializers.BooleanField()
    quiet_from = serializers.TimeField(format="%H:%M", input_formats=["%H:%M"])
    quiet_until = serializers.TimeField(format="%H:%M", input_formats=["%H:%M"])
    visit_mail = serializers.BooleanField()


class PreferenceOutput(serializers.Serializer[Any]):
    """
    What holds now; quiet hours are wall-clock times in `time_zone`.

    `texts_possible` is false where the clinic sends none or has no telephone number; `push_key` is the public key for
    a browser's `pushManager.subscribe`, empty where there are no notifications.
    """

    optional_mail = serializers.BooleanField()
    texts = serializers.BooleanField()
    quiet_from = serializers.TimeField(format="%H:%M")
    quiet_until = serializers.TimeField(format="%H:%M")
    visit_mail = serializers.BooleanField()
    time_zone = serializers.CharField()
    texts_possible = serializers.BooleanField()
    push_key = serializers.CharField()


class DeviceInput(Input):
    """What a browser told when it subscribed (RFC 8291), in base64url, and a name to tell it from others."""

    endpoint = serializers.CharField(max_length=2000)
    key = serializers.CharField(max_length=100)
    secret = serializers.CharField(max_length=100)
    name = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)


class DeviceOutput(serializers.Serializer[Any]):
    """A browser or phone that shows notifications; its address is not told again."""

    id = serializers.UUIDField(source="pk")
    name = serializers.CharField()
    since = serializers.DateTimeField(source="created_at")


class DevicePages(CursorPages):
    """The first one first."""

    ordering = ("created_at", "id")


class MessagePreferences(ApiView):
    """What the caller decided about messages."""

    @extend_schema(operation_id="message_preferences_me", responses=PreferenceOutput)
    def get(self, request: Request) -> Response:
        """Return what holds now, the defaults before anything was decided."""
        return _shown(with_wishes(signed_in(request).pk))

    @extend_schema(
        operation_id="message_preferences_me_change",
        request=PreferenceInput(partial=True),
        responses=PreferenceOutput,
    )
    def patch(self, request: Request) -> Response:
        """Change some of it and time again what is planned; 422 `too-quiet`, `no-texts`."""
        user = with_wishes(signed_in(request).pk)
        choice = replace(_choice(user), **read(PreferenceInput, request, partial=True))
        prefer.change(choice=choice, by=user, now=timezone.now())
        return _shown(with_wishes(user.pk))


class PushDevices(ReadOnlyRows[PushDevice]):
    """The browsers that show the caller's notifications."""

    queryset = PushDevice.objects.all()
    serializer_class = DeviceOutput
    pagination_class = DevicePages

    def get_queryset(self) -> QuerySet[PushDevice]:
        """Return those that still do."""
        return super().get_queryset().filter(ended_at__isnull=True)

    @extend_schema(request=DeviceInput, responses={201: DeviceOutput})
    def create(self, request: Request) -> Response:
        """Show notifications on one more browser; 422 `bad-device` when it cannot be reached from here."""
        device = prefer.add_device(**read(DeviceInput, request), by=signed_in(request), now=timezone.now())
        return Response(DeviceOutput(device).data, status=201)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, **_kwargs: Any) -> Response:
        """Show no more notifications on it."""
        prefer.remove_device(device_id=self.get_object().pk, by=signed_in(request), now=timezone.now())
        return Response(status=204)


def _choice(user: User) -> prefer.Choice:
    """Return what holds: who wanted texts gets none where there are none any more."""
    choice = prefer.chosen(getattr(user, "communication_preference", None))
    return replace(choice, texts=choice.texts and takes_texts(user))


def _shown(user: User) -> Response:
    facts = {
        "time_zone": wishes_of(user).zone.key,
        "texts_possible": takes_texts(user),
        "push_key": push.public_key(),
    }
    return Response(PreferenceOutput({**asdict(_choice(user)), **facts}).data)
