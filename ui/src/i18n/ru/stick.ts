import type { stick as en } from '../en/stick.ts';
import type { Russian } from '../types.ts';

export const stick = {
  'stick.title': 'Инвентаризации с носителя',
  'stick.sub': 'Для машин без сети: агент пишет на них файл, а файл принимается здесь.',
  'stick.choose': 'Выберите файл',
  'stick.fileLabel': 'Файл',
  'stick.fileHint':
    '.json нашего агента или агента GLPI, .xml или .ocs от FusionInventory или OCS либо .zip со многими. Не больше 256 МБ.',
  'stick.check': 'Проверить файл',
  'stick.plan': 'Что произойдёт: {name}',
  'stick.result': 'Что сделано: {name}',
  'stick.done': 'Принято: {name}',
  'stick.approveNext': 'Устройства, ожидающие допуска',
  'stick.files': 'Файлы',
  'stick.file': 'Файл',
  'stick.state': 'Что произойдёт',
  'stick.state.stores': 'сохранится',
  'stick.state.stored': 'сохранено',
  'stick.state.same': 'уже есть такое же',
  'stick.state.older': 'старше имеющегося',
  'stick.state.new': 'новое устройство, ждёт допуска',
  'stick.state.waits': 'ждёт допуска',
  'stick.state.refused': 'пропущено',
  'stick.reason.encrypted': 'зашифрован',
  'stick.reason.too-large': 'слишком большой',
  'stick.reason.ratio': 'сжат подозрительно сильно',
  'stick.reason.damaged': 'повреждён',
  'stick.reason.name': 'недопустимое имя',
  'stick.reason.format': 'не инвентаризация известного вида',
  'stick.reason.no-machine': 'не называет машину',
  'stick.reason.too-many-devices': 'слишком много неизвестных устройств',
  'stick.collected': 'Собрано',
  'stick.items': 'Записей',
  'stick.dropped': 'Не хранится',
  'stick.approve': 'Допустить машины, о которых ещё не решено',
  'stick.approveHint':
    'Иначе они ждут допуска, и хранится только то, что это за машины. После допуска загрузите файл ещё раз.',
  'stick.import': 'Принять',
  'event.stick-imported':
    'Инвентаризации с носителя: файлов {files}, сохранено {stored}, ждут {waiting}, пропущено {refused}',
  'eventType.stick-imported': 'Инвентаризации с носителя',
} as const satisfies Russian<typeof en>;
