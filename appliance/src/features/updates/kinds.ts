import { feedEcosystem } from '@sallyport/bundle-tools/versions/ecosystem';
import { schemeOf } from '@sallyport/bundle-tools/versions/scheme';
import { defineKinds } from '../../engine/objects/types.ts';
import type { FieldErrors } from '../../platform/errors.ts';

// What a rule about followed suites must say; the kind's declaration uses it.

type Body = Readonly<Record<string, unknown>>;

/** As requests carry a suite, and as apt, dnf and zypper name one; `*` is all that the host has for the release. */
const suitePattern = /^(?:\*|[A-Za-z0-9][A-Za-z0-9._+:/-]{0,126})$/;

const isSystem = (text: string): boolean => {
  const { ecosystem, isKnown } = feedEcosystem(text);
  return isKnown && ecosystem === text && schemeOf(text) !== null;
};

/** Faults of a rule: its system is none that packages are compared in, or a suite has no name. */
function followedFaults(body: Body): FieldErrors {
  const system = typeof body['system'] === 'string' ? body['system'] : '';
  const suites = Array.isArray(body['suites']) ? (body['suites'] as readonly string[]) : [];
  const wrong = suites.find((suite) => !suitePattern.test(suite));
  return {
    ...(isSystem(system)
      ? {}
      : { system: { key: 'validation.updates.system', params: { text: system.slice(0, 64) } } }),
    ...(wrong === undefined
      ? {}
      : { suites: { key: 'validation.updates.suite', params: { text: wrong.slice(0, 64) } } }),
  };
}

export const updateKinds = defineKinds({
  /** Approval of an update; its key is the update's id. Supply and installation are derived. */
  'update-decision': {
    bound: 'catalog',
    row: 'S4',
    area: 'updates',
    key: 'given',
    title: 'name',
    fields: {
      name: { returns: 'freely', type: 'text', max: 300 },
      approval: {
        returns: 'anew',
        strict: { approval: 'undefined' },
        type: 'choice',
        options: ['undefined', 'approved', 'declined'],
        required: true,
        indexed: true,
      },
      comment: { returns: 'freely', type: 'multiline', max: 2_000 },
      /** SHA-256 of the licence text that was accepted. */
      acceptedLicence: { returns: 'never', type: 'text', max: 64 },
    },
    leaves: { file: 'request', fields: ['approval'], group: 'updates' },
  },
  /** What systems of one distribution and release follow, in place of what the distribution itself sets up. */
  'followed-suites': {
    bound: 'catalog',
    row: 'S4',
    area: 'updates',
    title: 'system',
    returns: 'freely',
    fields: {
      /** As advisories name it: `Debian:13`. */
      system: { type: 'text', required: true, unique: true, indexed: true, max: 100 },
      suites: { type: 'list', required: true, max: 64 },
      /** Whether what a device's own list of sources adds counts too. */
      ownSources: { type: 'boolean', default: true },
    },
    check: followedFaults,
    leaves: { file: 'request', fields: ['suites'], group: 'platforms' },
  },
});
