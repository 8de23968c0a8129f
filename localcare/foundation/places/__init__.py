"""Places, organisations and sites, each with validity dates."""
