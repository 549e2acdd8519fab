"""The back office's view of reports and recommendations."""

from analytics.admin import recommendations, reports

__all__ = ["recommendations", "reports"]
