import { sameVersion } from '../../platform/same-version.ts';
import type { ControllerFacts } from '../controllers/types.ts';
import { type HardeningResult, type HardeningRule, judged, judgedService, known } from './types.ts';

/** In the order in which they are shown. */
export const hardeningRules: readonly HardeningRule[] = [
  // Level 1 of S7: everybody may read and write.
  {
    name: 'protection-level',
    severity: 'critical',
    judge: (facts) =>
      judged(known(facts, 'protectionLevel'), (level) => /^(0|1|none|no protection)$/i.test(level.trim())),
  },
  {
    name: 'password-set',
    severity: 'critical',
    judge: (facts) => judged(known(facts, 'passwordSet'), (value) => /^(no|false|0)$/i.test(value)),
  },
  // People say whether the password that the vendor set was changed; no device is asked.
  {
    name: 'default-password',
    severity: 'critical',
    judge: (facts) => judged(known(facts, 'defaultPasswordChanged'), (value) => /^(no|false|0)$/i.test(value)),
  },
  // RUN-P and REM let a program be changed from afar.
  {
    name: 'key-switch',
    severity: 'warning',
    judge: (facts) =>
      judged(known(facts, 'keySwitch'), (position) => /^(run[-_ ]?p|rem(ote)?)\b/i.test(position.trim())),
  },
  // Logging in in the clear.
  {
    name: 'telnet',
    severity: 'critical',
    judge: (facts) => judgedService(facts, ['tcp/23']),
  },
  // Logging in in the clear.
  {
    name: 'ftp',
    severity: 'warning',
    judge: (facts) => judgedService(facts, ['tcp/21']),
  },
  // A web server without encryption.
  {
    name: 'http',
    severity: 'warning',
    judge: (facts) => judgedService(facts, ['tcp/80', 'tcp/8080']),
  },
  // SNMP 1 or 2c, whose community is readable on the wire; `public` is everybody's.
  {
    name: 'snmp-v2c',
    severity: 'warning',
    judge: ({ services }) => {
      const texts = services.flatMap(({ key, values }) =>
        key === 'udp/161' || /^snmp/i.test(values['protocol'] ?? '')
          ? [[values['security'], values['version'], values['protocol']].filter(Boolean).join(' ')]
          : [],
      );
      const open = texts.find((text) => /\bpublic\b|\bv?1\b|\bv?2c?\b|snmpv[12]/i.test(text));
      if (open !== undefined) return { answer: 'found', evidence: open };
      return { answer: texts.some((text) => /\bv?3\b|snmpv3/i.test(text)) ? 'ok' : 'unknown' };
    },
  },
  // An endpoint of OPC UA without signature and encryption.
  {
    name: 'opcua-none',
    severity: 'warning',
    judge: ({ services }) => {
      const texts = services.flatMap(({ key, values }) => {
        const isOpcUa = /opc[-_ ]?ua/i.test(values['protocol'] ?? '') || key === 'tcp/4840';
        return isOpcUa && values['security'] !== undefined ? [values['security']] : [];
      });
      if (texts.length === 0) return { answer: 'unknown' };
      const open = texts.find((security) => /\bnone\b/i.test(security));
      return open === undefined ? { answer: 'ok' } : { answer: 'found', evidence: open };
    },
  },
  // What runs is another version than what was planned.
  {
    name: 'firmware-drift',
    severity: 'warning',
    judge: ({ observed, configured }) => {
      const [found, planned] = [observed['firmware'], configured['firmware']];
      if (found === undefined || planned === undefined) return { answer: 'unknown' };
      return sameVersion(planned, found) ? { answer: 'ok' } : { answer: 'found', evidence: `${planned} / ${found}` };
    },
  },
  // The boot loader is another one than the project or the nameplate says.
  {
    name: 'bootloader',
    severity: 'warning',
    judge: ({ observed, configured }) => {
      const [found, wanted] = [observed['bootloader'], configured['bootloader']];
      if (found === undefined || wanted === undefined) return { answer: 'unknown' };
      return found.toLowerCase() === wanted.toLowerCase()
        ? { answer: 'ok' }
        : { answer: 'found', evidence: `${wanted} / ${found}` };
    },
  },
];

const maxEvidence = 200;

/** What each rule says of a controller. */
export const harden = (facts: ControllerFacts): HardeningResult[] =>
  hardeningRules.map(({ name, severity, judge }) => {
    const result = judge(facts);
    return {
      rule: name,
      severity,
      answer: result.answer,
      evidence: result.answer === 'found' ? result.evidence.slice(0, maxEvidence) : null,
    };
  });
