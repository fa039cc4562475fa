import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { Return, ReturnLine } from './types.ts';

const howText = ({ cause, was, found, file }: Return): string => {
  if (cause === 'restored') return `backup ${file ?? ''} was restored`;
  if (cause === 'no-witness')
    return `the witness is not there (keys/witness): whether the database went back is not known`;
  return `the database went back to entry ${found.entries} of the journal from ${was?.entries ?? 0}, and no restore was recorded`;
};

/** A return to an older state in one line: what, what was done, what to do. */
export function returnText(back: Return): string {
  const { devices, accounts, rights, persons } = back.applied;
  const done = `taken away again: ${devices} devices, ${accounts} accounts and tokens, ${rights} grants of rights, ${persons} persons`;
  const rest = back.isCovered
    ? ''
    : `; what was taken away since may be back: look at devices, accounts, roles and tokens${back.failed.length === 0 ? '' : ` (${back.failed.join(', ')})`}`;
  return `${toTime(back.at)}: ${howText(back)}; ${done}${rest}; look, then: sallyport rollback acknowledge ${back.id} --reason TEXT`;
}

const wasText = { changed: 'differs', deleted: 'had been deleted', lost: 'is lost' } as const;

const lineText = ({ kind, id, fields, was, isRemoved }: ReturnLine): string =>
  `  ${kind} ${id}: ${wasText[was]}${was === 'deleted' ? '' : ` (${fields.join(', ')})`}, ${!isRemoved ? 'made strict' : kind === 'setting' ? 'set to its default' : 'deleted'}`;

/** What was done about objects, one in a line; what was not compared and from when on nothing is known. */
export function detailTexts(back: Return): string[] {
  const { compared, uncompared = [], lines = [], moreLines = 0, lost = {}, ended, held = 0, since, isCovered } = back;
  const lostText = Object.entries(lost).map(([kind, n]) => `${n} ${kind}`);
  const from = since === 0 ? 'since when is not known either' : `from ${toTime(since)} on`;
  return [
    ...(compared === undefined ? [] : [`  compared field by field: ${compared} objects`]),
    ...(ended === undefined ? [] : [`  ended: ${ended.links} unused links, ${ended.sessions} sessions`]),
    ...(held === 0
      ? []
      : [
          `  tokens that wait until an administrator lets each live again: ${held} then; now: sallyport rollback tokens`,
        ]),
    ...(back.tokensGoOn === true
      ? [
          '  tokens go on, but for those with a number of uses: a release went back by itself, and nothing compared differs',
        ]
      : []),
    ...lines.map(lineText),
    ...(moreLines === 0 ? [] : [`  ${moreLines} more: see the journal`]),
    ...(lostText.length === 0 ? [] : [`  made since and lost: ${lostText.join(', ')}`]),
    ...(uncompared.length === 0 ? [] : [`  not compared: ${uncompared.join(', ')}`]),
    ...(isCovered
      ? []
      : [
          `  what was done is not known here, ${from}: was a device revoked? Look at the certificates: sallyport device list`,
        ]),
  ];
}
