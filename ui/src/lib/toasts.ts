import { useSyncExternalStore } from 'react';

export type Toast = { id: number; tone: 'good' | 'bad'; title: string; next?: string };

const LASTING_MS = { good: 3500, bad: 9000 } as const;

let shown: readonly Toast[] = [];
let lastId = 0;
const watchers = new Set<() => void>();

function show(toasts: readonly Toast[]): void {
  shown = toasts;
  for (const tell of watchers) tell();
}

/** Takes a message away. */
export function dismiss(id: number): void {
  show(shown.filter((toast) => toast.id !== id));
}

/** Tells the user something in passing. The words go by themselves. */
export function tell(tone: Toast['tone'], title: string, next?: string): void {
  lastId += 1;
  const id = lastId;
  show([...shown.slice(-3), { id, tone, title, next }]);
  setTimeout(() => dismiss(id), LASTING_MS[tone]);
}

/** The messages on show. */
export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(
    (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    () => shown,
  );
}
