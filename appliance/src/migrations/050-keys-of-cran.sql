-- Of two versions on CRAN that begin alike the shorter one is older, as R's compareVersion says: keys no longer drop zeros at the end.
update component set key = version_key(eco, version) where eco = 'CRAN';
