export const rollback = {
  'rollback.cause.unknown': 'The database went back to an older state, and no restore was recorded',
  'rollback.cause.restored': 'A backup was restored',
  'rollback.cause.no-witness': 'Whether the database went back is not known: its witness is not there',
  'rollback.look': 'What happened, and what to do',
  'rollback.title': 'Return to an older state',
  'rollback.sub':
    'A witness outside the database has seen how far it was. What was taken away since was taken away again.',
  'rollback.none': 'The database never went back',
  'rollback.file': 'Backup:',
  'rollback.wasFound': 'The journal had {was} entries, {found} were found.',
  'rollback.foundOnly': 'The journal has {found} entries; how many it had is not known.',
  'rollback.devices': { one: '{n} device revoked again', other: '{n} devices revoked again' },
  'rollback.accounts': {
    one: '{n} account or token removed or disabled again',
    other: '{n} accounts or tokens removed or disabled again',
  },
  'rollback.rights': { one: '{n} account or role lost rights again', other: '{n} accounts or roles lost rights again' },
  'rollback.persons': { one: '{n} key of a person erased again', other: '{n} keys of persons erased again' },
  'rollback.notCovered':
    'Not everything that was taken away since is known. Look at devices, accounts, roles and tokens, and at passwords that were changed.',
  'rollback.reason': 'Why it went back, and what you looked at',
  'rollback.reasonHint': 'It stays in the journal.',
  'rollback.acknowledge': 'I have seen it',
  'rollback.acknowledged': 'Seen by',
  'rollback.toast': 'Noted in the journal',
  'rollback.waits': 'That it was seen waits for a second person',
  'rollback.toastWaits': 'Noted; it waits for a second person',
  'rollback.toastRefused': 'It is not noted as seen',
  'event.state-went-back':
    'Return to an older state of the database found ({cause}): entry {found} of the journal, {was} had been seen. {file}',
  'event.state-return-acknowledged': 'Return to an older state acknowledged ({cause}, entry {found}). {reason}',
  'event.state-return-asked':
    'Return to an older state: one person has seen it, a second one is waited for ({cause}, entry {found}). {reason}',
  'event.state-return-refused':
    'Return to an older state: what one person said was given up ({cause}, entry {found}). {reason}',
  'eventType.state-return-asked': 'Acknowledgement of a return to an older state asked for',
  'eventType.state-return-refused': 'Acknowledgement of a return to an older state given up',
  'eventType.state-went-back': 'Database went back',
  'eventType.state-return-acknowledged': 'Return to an older state acknowledged',
} as const;
