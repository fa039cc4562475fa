-- What a person entered about a controller was an import that never came to its end, and the appliance took it back. It is at its end
-- from the beginning; what was taken back is worked out again from the objects, with all that is derived
-- (features/controllers/entered-again.ts).
update import_batch set state = 'done' where type = 'person';
delete from controller_derivation;
