import type { inventory as en } from '../en/inventory.ts';
import type { Russian } from '../types.ts';

export const inventory = {
  'inventory.sub': {
    one: '{n} запись. Устройств с отчётом: {devices}.',
    few: '{n} записи. Устройств с отчётом: {devices}.',
    many: '{n} записей. Устройств с отчётом: {devices}.',
    other: '{n} записи. Устройств с отчётом: {devices}.',
  },
  'inventory.collections': 'Разделы инвентаризации',
  'inventory.item': 'Запись',
  'inventory.none': 'Отчётов ещё нет',
  'inventory.noneWhy': 'Строки придут с инвентаризацией допущенных устройств.',
  'inventory.withheld': 'Личные столбцы здесь скрыты. Откройте устройство, чтобы увидеть их; просмотр записывается.',
  'inventory.onDevices': {
    one: 'На {n} устройстве.',
    few: 'На {n} устройствах.',
    many: 'На {n} устройствах.',
    other: 'На {n} устройствах.',
  },
  'inventory.noDevice': 'Сейчас ни на одном устройстве',
  'inventory.noDeviceWhy': 'Запись была в отчёте и сохранена для истории.',
  'inventory.versions': 'Версии на площадке',
  'inventory.versionsContext': 'того же пакета',
  'inventory.oneVersion': 'Других версий на площадке нет',
  'inventory.reportedAt': 'Отчёт',
} as const satisfies Russian<typeof en>;
