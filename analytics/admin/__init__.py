"""The back office's view of reports and recommendations."""

from analytics.admin import recommendations

__all__ = ["recommendations"]
