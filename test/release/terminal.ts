import { until } from '../support/until.ts';
import type { BootedRoot } from './booted-root.ts';

// A person at a terminal of the machine: `script` of util-linux gives the command a terminal, a pipe has what is typed.

const folder = '/run/terminal';
const end = '\nENDED\n';
/** A package that is installed on a computer without hardware help takes minutes. */
const terminalSeconds = 1_200;
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Without what moves the cursor and clears lines. */
const plain = (text: string): string =>
  text
    .split(String.fromCharCode(27))
    .map((part, at) => (at === 0 ? part : part.replace(/^\[[0-9;?]*[A-Za-z]/, '')))
    .join('')
    .replaceAll('\r', '')
    .replace(/^Script started.*\n/, '');

/** What a person types to a question of setup: the groups of the key that stands above it, else what is suggested. */
const answerTo = (screen: string): string | undefined => {
  const [lastLine = ''] = screen.split('\n').slice(-1);
  if (!lastLine.endsWith(': ')) return undefined;
  const asked = /type its groups ([\d, ]+): $/.exec(lastLine)?.[1];
  if (asked !== undefined) {
    const keys = [...screen.matchAll(/^ {2}((?:[0-9a-f]{4}-){15}[0-9a-f]{4})$/gm)];
    const groups = keys.at(-1)?.[1]?.split('-') ?? [];
    return asked
      .split(', ')
      .map((position) => groups[Number(position) - 1])
      .join(' ');
  }
  if (lastLine.includes("The site's name")) return 'aqtau-des-1';
  if (/clock|time/i.test(lastLine) && !lastLine.endsWith(']: ')) return 'yes';
  return '';
};

/** Runs a line at a terminal and answers its questions; the screen, and in its last line `EXIT` with the code. */
export async function typeAtTerminal(on: BootedRoot, line: string): Promise<string> {
  const inner = `${line}; echo EXIT $?`;
  const start = [
    `rm -rf ${folder}; mkdir ${folder}; mkfifo ${folder}/typed; : >${folder}/screen`,
    `setsid sh -c ${quoted(`script -qfec ${quoted(`sh -c ${quoted(inner)}`)} ${folder}/screen <${folder}/typed >/dev/null 2>&1; touch ${folder}/ended`)} >/dev/null 2>&1 &`,
    // The pipe stays open between two answers.
    `setsid sh -c ${quoted(`exec 9>${folder}/typed; while [ ! -e ${folder}/ended ]; do sleep 0.2; done`)} >/dev/null 2>&1 &`,
  ];
  await on.sh(start.join('\n'));
  let answered = 0;
  const look = async (): Promise<string | undefined> => {
    const { text } = await on.sh(`cat ${folder}/screen; [ ! -e ${folder}/ended ] || printf '\\nENDED\\n'`);
    const screen = plain(text);
    if (screen.endsWith(end)) return screen.slice(0, -end.length);
    const answer = answerTo(screen);
    if (answer === undefined || screen.length <= answered) return undefined;
    // What is typed is echoed, so that the screen has grown once it was taken.
    answered = screen.length;
    await on.sh(`printf '%s\\n' ${quoted(answer)} >${folder}/typed`);
    return undefined;
  };
  return until(look, { seconds: terminalSeconds, everyMs: 300 });
}
