import { fox } from '@sallyport/appliance/features/controller-imports/passive/fox';
import { passiveTarget } from '../passive.ts';

export const target = passiveTarget(fox, ['fox']);
