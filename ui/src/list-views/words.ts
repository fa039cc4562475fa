import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'views.title': { en: 'Views of the list', ru: 'Представления списка', kk: 'Тізім көріністері' },
  'views.save': { en: 'Save view', ru: 'Сохранить представление', kk: 'Көріністі сақтау' },
  'views.change': { en: 'Change view', ru: 'Изменить представление', kk: 'Көріністі өзгерту' },
  'views.name': { en: 'Name of the view', ru: 'Название представления', kk: 'Көрініс атауы' },
  'views.hint': {
    en: 'Filter, order and columns are kept for your account.',
    ru: 'Фильтр, порядок и столбцы сохраняются для вашей учётной записи.',
    kk: 'Сүзгі, рет және бағандар есептік жазбаңыз үшін сақталады.',
  },
  'views.rename': { en: 'Rename', ru: 'Переименовать', kk: 'Атын өзгерту' },
  'views.remove': { en: 'Remove view', ru: 'Удалить представление', kk: 'Көріністі жою' },
  'register.list-views.title': { en: 'Views of lists', ru: 'Представления списков', kk: 'Тізім көріністері' },
  'register.list-views.source': {
    en: 'saved by each person for themselves',
    ru: 'каждый сохраняет для себя',
    kk: 'әркім өзі үшін сақтайды',
  },
  'register.list-views.purpose': {
    en: 'to show a list as the person left it',
    ru: 'чтобы показать список таким, каким его настроили',
    kk: 'тізімді адам баптағандай көрсету үшін',
  },
  'toast.listView.save': {
    en: 'View saved: {name}',
    ru: 'Представление сохранено: {name}',
    kk: 'Көрініс сақталды: {name}',
  },
  'toast.listView.rename': {
    en: 'View renamed: {name}',
    ru: 'Представление переименовано: {name}',
    kk: 'Көрініс атауы өзгертілді: {name}',
  },
  'toast.listView.remove': {
    en: 'View removed: {name}',
    ru: 'Представление удалено: {name}',
    kk: 'Көрініс жойылды: {name}',
  },
});
