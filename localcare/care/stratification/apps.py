"""The stratification room as a Django application."""

from django.apps import AppConfig


class StratificationConfig(AppConfig):
    """Configuration of the stratification room: its definitions are checked before anything starts."""

    name = "localcare.care.stratification"
    label = "stratification"

    def ready(self) -> None:
        """Join the navigation, the home page and the person page; register the nightly work."""
        from localcare.care.stratification import home, jobs, panels
        from localcare.care.stratification.definitions import definitions
        from localcare.care.stratification.evaluation import jobs as evaluation_jobs
        from localcare.care.stratification.risk import home as risk_home
        from localcare.care.stratification.risk import jobs as risk_jobs
        from localcare.care.stratification.risk import panels as risk_panels

        definitions()
        home.join()
        panels.join()
        risk_home.join()
        risk_panels.join()
        assert jobs.nightly and risk_jobs.train and evaluation_jobs.evaluate
