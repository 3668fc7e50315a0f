import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { dismiss, useToasts } from '@/lib/toasts';
import { Button } from './Button';

/** Messages in passing, in a corner, read out by screen readers. */
export function Toaster() {
  const { t } = useTranslation();
  const toasts = useToasts();
  return (
    <div aria-live="polite" className="pointer-events-none fixed right-4 bottom-4 z-40 grid w-80 gap-2">
      {toasts.map((toast) => (
        <div
          key={toast.id}
          className="pointer-events-auto flex items-start gap-2 rounded-lg border border-line bg-panel py-2 pr-1 pl-3 shadow-lg"
        >
          {toast.tone === 'good' ? (
            <CircleCheck className="mt-1 size-4 shrink-0 text-good" />
          ) : (
            <CircleAlert className="mt-1 size-4 shrink-0 text-bad" />
          )}
          <div className="min-w-0 flex-1 py-0.5 text-sm">
            <p className="font-medium break-words">{toast.title}</p>
            {toast.next && <p className="text-soft">{toast.next}</p>}
          </div>
          <Button look="quiet" size="icon" aria-label={t('action.dismiss')} onClick={() => dismiss(toast.id)}>
            <X />
          </Button>
        </div>
      ))}
    </div>
  );
}
