import { readFileSync, statSync } from 'node:fs';
import { AppError } from '../../platform/errors.ts';

// Answers to setup in a file, `name = value` a line: for many sites set up alike. A secret is never in it, only the name of its file.

/** What may be answered; each is what the option of the same name takes. `clock = confirmed`: a person compared it with a watch. */
const answerNames = [
  'site',
  'address',
  'port',
  'administrator',
  'master-key',
  'certificate',
  'certificate-key',
  'certificate-authority',
  'media',
  'window',
  'recovery-key-file',
  'firewall',
  'clock',
] as const;
type AnswerName = (typeof answerNames)[number];

type SetupAnswers = Partial<Record<AnswerName, string>>;

const maxBytes = 65_536;

/** The answers in a text. USAGE for what is none, is unknown, or stands there twice. */
export function parseAnswers(text: string): SetupAnswers {
  const answers: SetupAnswers = {};
  for (const [index, whole] of text.split('\n').entries()) {
    const line = whole.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, name = '', value = ''] = /^([a-z-]+)\s*=\s*(\S.*)$/.exec(line) ?? [];
    const at = `line ${index + 1} of the answers`;
    if (name === '') throw new AppError('USAGE', `${at} is not: name = value`);
    const known = answerNames.find((one) => one === name);
    if (known === undefined)
      throw new AppError('USAGE', `${at}: ${name} is not known; there are ${answerNames.join(', ')}`);
    if (answers[known] !== undefined) throw new AppError('USAGE', `${at}: ${name} stands there twice`);
    answers[known] = value;
  }
  if (answers.clock !== undefined && answers.clock !== 'confirmed')
    throw new AppError('USAGE', 'clock in the answers is: confirmed');
  if (answers.firewall !== undefined && !/^(?:yes|no)$/.test(answers.firewall))
    throw new AppError('USAGE', 'firewall in the answers is: yes or no');
  return answers;
}

/** The answers in a file that its owner alone reads and writes. USAGE. */
export function readAnswers(path: string): SetupAnswers {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) throw new AppError('USAGE', `there is no file ${path}`);
  if ((stat.mode & 0o077) !== 0)
    throw new AppError('USAGE', `${path} can be read or written by others: chmod 600 ${path}`);
  if (stat.size > maxBytes) throw new AppError('USAGE', `${path} is larger than ${maxBytes} bytes`);
  return parseAnswers(readFileSync(path, 'utf8'));
}
