"""Property tests here measure truth, not speed: a busy machine must not fail them."""

from hypothesis import settings

settings.register_profile("law", settings(deadline=None))
settings.load_profile("law")
