-- Devices whose certificate ended are counted without a look at each device.
create index device_certificate_end on device_certificate (not_after, device) where state in ('issued', 'active');
