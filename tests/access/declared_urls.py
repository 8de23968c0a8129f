"""The declared views of the tests beside those of the site."""

from localcare.config.urls import urlpatterns as site_patterns
from tests.access.undeclared_urls import declared_only

urlpatterns = [*declared_only, *site_patterns]
