import type { ControllerFacts } from '../controllers/types.ts';
import { rule as bootloader } from './rules/bootloader.ts';
import { rule as defaultPassword } from './rules/default-password.ts';
import { rule as firmwareDrift } from './rules/firmware-drift.ts';
import { rule as ftp } from './rules/ftp.ts';
import { rule as http } from './rules/http.ts';
import { rule as keySwitch } from './rules/key-switch.ts';
import { rule as opcuaNone } from './rules/opcua-none.ts';
import { rule as passwordSet } from './rules/password-set.ts';
import { rule as protectionLevel } from './rules/protection-level.ts';
import { rule as snmpV2c } from './rules/snmp-v2c.ts';
import { rule as telnet } from './rules/telnet.ts';
import type { HardeningResult, HardeningRule } from './types.ts';

/** In the order in which they are shown. */
export const hardeningRules: readonly HardeningRule[] = [
  protectionLevel,
  passwordSet,
  defaultPassword,
  keySwitch,
  telnet,
  ftp,
  http,
  snmpV2c,
  opcuaNone,
  firmwareDrift,
  bootloader,
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
