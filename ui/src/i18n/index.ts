import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './en.json';
import zh from './zh.json';

export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

const KEY = 'keyway.language';

/** The language asked for before, else the browser's, else English. */
export function firstLanguage(remembered: string | null, browser: readonly string[]): Language {
  const wanted = [remembered ?? '', ...browser].map((tag) => tag.slice(0, 2));
  return LANGUAGES.find((language) => wanted.find((tag) => isLanguage(tag)) === language) ?? 'en';
}

function isLanguage(tag: string): tag is Language {
  return LANGUAGES.some((language) => language === tag);
}

/** Shows a language now and at every later start. */
export function chooseLanguage(language: Language): void {
  localStorage.setItem(KEY, language);
  document.documentElement.lang = language;
  i18next.changeLanguage(language);
}

/** Loads both languages; they are small and part of the page. */
export async function startI18n(language = firstLanguage(localStorage.getItem(KEY), navigator.languages)) {
  document.documentElement.lang = language;
  await i18next.use(initReactI18next).init({
    resources: { en: { translation: en }, zh: { translation: zh } },
    lng: language,
    fallbackLng: 'en',
    interpolation: { escapeValue: false },
  });
}
