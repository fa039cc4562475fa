import type { FieldErrors } from '../../platform/errors.ts';

/** Longer ones are not hashed, whatever they are. */
export const maxPasswordBytes = 1_024;

/** One of the commonest passwords, however its letters are written. The list is loaded when it is first asked. */
async function isCommon(password: string): Promise<boolean> {
  const { commonPasswords } = await import('./common-passwords.generated.ts');
  return commonPasswords.split(' ').includes(password.normalize('NFKC').trim().toLowerCase());
}

/** What is wrong with a new password of an account; `field` is the name of its field on the form. */
export async function passwordFaults(call: {
  name: string;
  password: string;
  again: string;
  field: string;
  minLength: number;
}): Promise<FieldErrors> {
  const { name, password, again, field, minLength: min } = call;
  const faults: FieldErrors = {};
  const isGuessable = async (): Promise<boolean> =>
    new Set(password).size < 4 ||
    (name.length > 3 && password.toLowerCase().includes(name.toLowerCase())) ||
    (await isCommon(password));
  if (password === '') faults[field] = { key: 'validation.required' };
  else if (Array.from(password).length < min) faults[field] = { key: 'validation.tooShort', params: { min } };
  else if (Buffer.byteLength(password) > maxPasswordBytes)
    faults[field] = { key: 'validation.tooLong', params: { max: maxPasswordBytes } };
  else if (await isGuessable()) faults[field] = { key: 'validation.weakPassword' };
  if (password !== again) faults['again'] = { key: 'validation.notSame' };
  return faults;
}
