-- What waits for a second person, or for the first device of its order, is found without a look at each device of an order.
create index device_task_waiting on device_task (asked_at) where state = 'asked';
