"""Speed claims as commands: each prints ratios against a named floor or peer that was measured in the same run."""
