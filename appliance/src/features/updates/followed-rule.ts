import { feedEcosystem } from '@sallyport/bundle-tools/versions/ecosystem';
import { schemeOf } from '@sallyport/bundle-tools/versions/scheme';
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
export function followedFaults(body: Body): FieldErrors {
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
