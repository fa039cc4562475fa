-- Pages count devices by state, without directories: out of the index alone.
create index device_state_kind on device (state, kind);
