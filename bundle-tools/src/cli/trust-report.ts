import { fingerprintText, showFingerprint } from '../fingerprint/shown.ts';
import { signedCatalog } from '../host/catalogs.ts';
import { keyWarnings, warningText } from '../host/key-warnings.ts';
import { readLabels } from '../host/labels.ts';
import { daysUntil } from '../host/lifetimes.ts';
import { findProposal, type Proposal, requirementsOf, requirementText } from '../host/proposal.ts';
import { previousSealKeys, readSealKeys } from '../host/seal-keys.ts';
import type { HostState } from '../host/state.ts';
import { drawTrust, rolesIn } from '../host/trust-drawing.ts';
import { findNewest, getNewest } from '../host/trust-files.ts';
import { fingerprintOf, groupHex } from '../trust/keys.ts';

/** Who holds what, and until when. */
export const trustReport = (state: HostState, atMs: number) => {
  const root = getNewest(state, 'root');
  const files = {
    root,
    targets: getNewest(state, 'targets'),
    snapshot: getNewest(state, 'snapshot'),
    timestamp: getNewest(state, 'timestamp'),
  };
  const roles = rolesIn(files, atMs, readLabels(state));
  const warnings = keyWarnings(roles);
  const previous = previousSealKeys(state).map(({ fingerprint, deletedAt }) => ({
    fingerprint,
    ...(deletedAt === undefined ? {} : { deletedAt, daysLeft: daysUntil(deletedAt, atMs) }),
  }));
  const sealKeys = readSealKeys(state).map((key) => fingerprintOf(key.publicKey));
  const catalog = signedCatalog(state).number;
  const pending = findProposal(state);
  const waiting = pending === undefined ? [] : requirementsOf(pending, root);
  return {
    json: {
      root: {
        version: root.version,
        sha256: root.described.sha256,
        words: showFingerprint(root.described.sha256).words,
      },
      roles: roles.map(({ role, threshold, keys, file }) => ({
        role,
        keyids: keys.map(({ keyid }) => keyid),
        threshold,
        keys,
        ...file,
      })),
      sealKeys,
      previousSealKeys: previous,
      catalog,
      warnings: warnings.map(({ code }) => code),
      expiring: warnings,
      ...(pending === undefined ? {} : { pending: waiting }),
    },
    text: [
      ...drawTrust(roles),
      '',
      `catalog    ${catalog}`,
      `seal key   ${groupHex(sealKeys[0] ?? '')}`,
      ...previous.map(
        ({ fingerprint, deletedAt }) =>
          `  before   ${groupHex(fingerprint)}  ${deletedAt === undefined ? 'still in the signed policy' : `opens requests until ${deletedAt.slice(0, 10)}`}`,
      ),
      `fingerprint of root ${root.version}`,
      ...fingerprintText(root.described.sha256),
      ...(pending === undefined
        ? []
        : ['', 'A change waits for signatures:', ...waiting.map((entry) => `  ${requirementText(entry)}`)]),
      ...(warnings.length === 0 ? [] : ['', ...warnings.map(warningText)]),
    ],
  };
};

/** The first root while it waits for signatures. */
export const proposalReport = (state: HostState, proposal: Proposal) => {
  const waiting = requirementsOf(proposal, findNewest(state, 'root'));
  return {
    json: { roles: [], pending: waiting },
    text: ['The first root waits for signatures:', ...waiting.map((entry) => `  ${requirementText(entry)}`)],
  };
};
