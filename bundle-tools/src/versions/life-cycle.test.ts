import { expect, it } from 'vitest';
import { isOfLine, lifeCycleOf } from './life-cycle.ts';

it.each([
  ['Red Hat:enterprise_linux:9::baseos', 'enterprise_linux:9'],
  ['Red Hat:rhel_eus:9.4::appstream', 'rhel_eus:9.4'],
  ['Red Hat:rhel_els:7', 'rhel_els:7'],
  ['AlmaLinux:9', ''],
])('%s is of the life-cycle %s', (named, lifeCycle) => expect(lifeCycleOf(named)).toBe(lifeCycle));

it.each([
  ['a build of the main line', 'enterprise_linux:9', '3.0.7-28.el9', '3.0.7-27.el9', true],
  ['a build of the main line below extended support', 'rhel_eus:9.4', '3.0.7-27.el9_4.2', '3.0.7-26.el9', true],
  ['one minor release, main line', 'enterprise_linux:9', '3.0.7-27.el9_4.2', '3.0.7-27.el9_4.1', true],
  ['one minor release, extended support', 'rhel_eus:9.4', '3.0.7-27.el9_4.2', '3.0.7-27.el9_4.1', true],
  ['a build of 9.4 and a later fix of the main line', 'enterprise_linux:9', '3.0.7-28.el9', '3.0.7-27.el9_4.2', false],
  ['a build of 9.4 and a fix of 9.5', 'enterprise_linux:9', '3.2.2-6.el9_5.1', '3.0.7-27.el9_4.2', false],
  ['a build of 8.10 and one of the main line', 'enterprise_linux:8', '4.18.0-553.60.el8_10', '4.18.0-553.el8_10', true],
  ['a build of a module', 'enterprise_linux:8', '3.0-2.module+el8.4.0+12+ab', '3.0-1.module+el8.4.0+11+ab', true],
  ['a build of 9.2 and extended support of 9.4', 'rhel_e4s:9.4', '3.0.7-27.el9_4.2', '3.0.7-18.el9_2.3', false],
])('%s', (_, lifeCycle, fixed, installed, is) => expect(isOfLine(lifeCycle, fixed, installed)).toBe(is));
