import { melsec } from '@sallyport/appliance/features/controller-imports/passive/melsec';
import { passiveTarget } from '../passive.ts';

export const target = passiveTarget(melsec, ['melsec-tcp', 'melsec-tools']);
