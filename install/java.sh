# Installs the Java that Spark runs on, for the tests that compare both engines, when it is missing and we may.
set -eu
if command -v java >/dev/null && java -version 2>&1 | grep -Eq 'version "(1[7-9]|[2-9][0-9])'; then exit 0; fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Java for Spark"
    export DEBIAN_FRONTEND=noninteractive
    mkdir -p /usr/share/man/man1  # the package fails without it on images that have no manual pages
    apt-get update -qq
    for version in 17 21; do
        if apt-get install -y -qq --no-install-recommends "openjdk-$version-jre-headless" >/dev/null 2>&1; then exit 0; fi
    done
    echo "Neither openjdk-17-jre-headless nor openjdk-21-jre-headless could be installed" >&2
    exit 1
else
    echo "Java 17 or later is missing and Spark needs it: sudo apt-get install openjdk-17-jre-headless" >&2
    exit 1
fi
