import { X } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { cn } from '@/lib/cn';
import { Button } from './Button';

type Props = {
  title: string;
  about?: ReactNode;
  onClose: () => void;
  children: ReactNode;
  shape?: 'box' | 'wide' | 'side';
};

const SHAPES = {
  box: 'm-auto w-[min(32rem,calc(100vw-2rem))] max-h-[calc(100vh-2rem)] rounded-lg',
  wide: 'm-auto w-[min(46rem,calc(100vw-2rem))] max-h-[calc(100vh-2rem)] rounded-lg',
  side: 'ml-auto h-full max-h-full w-[min(34rem,100vw)] rounded-none',
} as const;

/** Stays the same function from one drawing to the next: another would close the dialog and open it again. */
function showModal(node: HTMLDialogElement | null) {
  if (!node) return;
  node.showModal();
  // The first thing to fill in, not the button that closes.
  const first = node.querySelector<HTMLElement>('[data-first]');
  (first ?? node.querySelector<HTMLElement>('input:not([readonly]), select'))?.focus();
  return () => node.close();
}

/**
 * The browser's own modal: it keeps the focus inside, closes on Escape and gives the focus back. Libraries that do
 * the same put style elements into the page, which the content security policy forbids.
 */
export function Dialog({ title, about, onClose, children, shape = 'box' }: Props) {
  const { t } = useTranslation();
  const titleId = useId();
  return (
    <dialog
      ref={showModal}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      className={cn(
        'flex-col overflow-hidden border border-line bg-panel p-0 shadow-xl open:flex',
        SHAPES[shape],
      )}
    >
      <header className="flex items-start gap-3 border-b border-line px-4 py-3">
        <div className="min-w-0 flex-1">
          <h2 id={titleId} className="truncate text-lg font-semibold">
            {title}
          </h2>
          {about && <p className="text-sm text-soft">{about}</p>}
        </div>
        <Button look="quiet" size="icon" aria-label={t('action.close')} onClick={onClose}>
          <X />
        </Button>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
    </dialog>
  );
}

/** The last line of a dialog: what to press. */
export function DialogActions({ children }: { children: ReactNode }) {
  return (
    <footer className="sticky bottom-0 flex flex-wrap items-center justify-end gap-2 border-t border-line bg-panel px-4 py-3">
      {children}
    </footer>
  );
}
