import { useSyncExternalStore } from 'react';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'keyway.theme';
const watchers = new Set<() => void>();

function current(): Theme {
  const named = document.documentElement.dataset.theme;
  return THEMES.find((theme) => theme === named) ?? 'system';
}

/** Shows a theme now and at every later start. */
export function chooseTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  localStorage.setItem(KEY, theme);
  for (const tell of watchers) tell();
}

/** The theme that is shown. */
export function useTheme(): Theme {
  return useSyncExternalStore((tell) => {
    watchers.add(tell);
    return () => watchers.delete(tell);
  }, current);
}
