import { AppError } from '../../platform/errors.ts';

// RELP, version 0 (relp.html of librelp): frames `TXNR COMMAND LENGTH[ DATA]\n`; the other side answers each with `rsp`. What was
// not answered was not taken.

const maxTxnr = 999_999_999;
const maxAnswerBytes = 32 * 1024;

/** A frame of ours. */
export function frame(txnr: number, command: 'open' | 'syslog', data: string): Buffer {
  const bytes = Buffer.from(data);
  const head = `${txnr} ${command} ${bytes.length}${bytes.length === 0 ? '' : ' '}`;
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from('\n')]);
}

/** What is offered when a session opens. */
export const offer = 'relp_version=0\nrelp_software=sallyport\ncommands=syslog';

/** The number after one. */
export const nextTxnr = (txnr: number): number => (txnr >= maxTxnr ? 1 : txnr + 1);

type Answer = { readonly txnr: number; readonly command: string; readonly data: string };

/** Reads answers out of bytes as they come. PEER for what is no RELP. */
export function answerReader(): (bytes: Buffer) => Answer[] {
  let held = Buffer.alloc(0);
  const wrong = (): AppError => new AppError('PEER', 'the other side does not speak RELP');
  const one = (): Answer | undefined => {
    // Line ends between frames are allowed.
    while (held[0] === 0x0a || held[0] === 0x0d) held = held.subarray(1);
    const head = /^(\d{1,9}) ([a-z]{1,32}) (\d{1,9})([ \n])/i.exec(held.subarray(0, 64).toString('latin1'));
    if (head === null) {
      if (held.length > 64 || /[^ -~\n\r]/.test(held.subarray(0, 64).toString('latin1'))) throw wrong();
      return undefined;
    }
    const [all = '', txnr = '', command = '', length = '', end = ''] = head;
    const size = Number(length);
    if (size > maxAnswerBytes) throw wrong();
    if (size === 0) {
      held = held.subarray(all.length);
      return { txnr: Number(txnr), command, data: '' };
    }
    if (end !== ' ') throw wrong();
    if (held.length < all.length + size) return undefined;
    const data = held.subarray(all.length, all.length + size).toString();
    held = held.subarray(all.length + size);
    return { txnr: Number(txnr), command, data };
  };
  return (bytes) => {
    held = Buffer.concat([held, bytes]);
    const found: Answer[] = [];
    for (let answer = one(); answer !== undefined; answer = one()) found.push(answer);
    return found;
  };
}

/** Whether an answer says that what it answers was taken. */
export const isTaken = ({ command, data }: Pick<Answer, 'command' | 'data'>): boolean =>
  command === 'rsp' && /^200(?:\s|$)/.test(data);
