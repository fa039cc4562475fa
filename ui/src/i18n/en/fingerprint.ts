export const fingerprint = {
  'fingerprint.words': 'The fingerprint in words',
  'fingerprint.code': 'The fingerprint as a QR code',
  'fingerprint.how': 'Signs, words and code say the same. Compare whichever is easiest, but all of it.',
  'fingerprint.typeHint': 'The 64 signs or the 24 words; spaces, colons and case do not matter.',
  'fingerprint.mistyped':
    'This is no fingerprint: a sign or a word is missing or mistyped. Look at the paper and type it again.',
} as const;
