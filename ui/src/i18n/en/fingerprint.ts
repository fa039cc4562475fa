export const fingerprint = {
  'fingerprint.words': 'The fingerprint in words',
  'fingerprint.code': 'The fingerprint as a QR code',
  'fingerprint.how': 'Signs, words and code say the same. Compare whichever is easiest, but all of it.',
  'fingerprint.typeHint': 'The 64 signs or the 24 words; spaces, colons and case do not matter.',
  'fingerprint.runsOut': 'Trust runs out',
  'fingerprint.daysLeft': { one: '{role}: {n} day left.', other: '{role}: {n} days left.' },
  'fingerprint.over': '{role}: its time is over.',
  'fingerprint.runsOutWhy':
    'Tell the connected side: its people must sign anew. Import their next bundle before the day.',
  'fingerprint.mistyped':
    'This is no fingerprint: a sign or a word is missing or mistyped. Look at the paper and type it again.',
} as const;
