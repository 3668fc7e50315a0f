import type { ReactNode } from 'react';
import type { FieldValues, UseFormReturn } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { giveToField } from '@/lib/useChange';
import { useErrorWords } from '@/lib/useErrorWords';
import { Button } from './Button';
import { Dialog, DialogActions } from './Dialog';

type Props<T extends FieldValues> = {
  title: string;
  about?: ReactNode;
  form: UseFormReturn<T>;
  save: (values: T) => Promise<unknown>;
  onClose: () => void;
  submit?: string;
  shape?: 'box' | 'wide';
  /** The caller decides when it is over. */
  keepOpen?: boolean;
  children: ReactNode;
};

/** A form in a dialog: saves, shows what the gateway said to which field, and closes when all went well. */
export function FormDialog<T extends FieldValues>(props: Props<T>) {
  const { title, about, form, save, onClose, submit, shape, keepOpen = false, children } = props;
  const { t } = useTranslation();
  const words = useErrorWords();
  const { errors, isSubmitting } = form.formState;
  const send = form.handleSubmit(async (values) => {
    try {
      await save(values);
    } catch (error) {
      if (!giveToField(form, error)) form.setError('root', { message: words(error).join(' ') });
      return;
    }
    if (!keepOpen) onClose();
  });
  return (
    <Dialog title={title} about={about} onClose={onClose} shape={shape}>
      <form onSubmit={send} noValidate>
        <div className="grid gap-3.5 p-4">{children}</div>
        {errors.root && (
          <p role="alert" className="mx-4 mb-4 rounded-md bg-bad-wash px-3 py-2 text-sm text-bad">
            {errors.root.message}
          </p>
        )}
        <DialogActions>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" look="primary" busy={isSubmitting}>
            {submit ?? t('action.save')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
