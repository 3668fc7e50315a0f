import { type ReactNode, useId } from 'react';
import type { FieldValues, Path, UseFormReturn } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Input, Select, TextArea } from './inputs';

type Wiring = { id: string; 'aria-invalid': true | undefined; 'aria-describedby': string | undefined };

type FieldProps = {
  label: string;
  hint?: ReactNode;
  error?: string;
  className?: string;
  children: (wiring: Wiring) => ReactNode;
};

/** A label, its input, and what is to be said about it. */
export function Field({ label, hint, error, className, children }: FieldProps) {
  const id = useId();
  const about = `${id}-about`;
  const { t, i18n } = useTranslation();
  const words = error && i18n.exists(error) ? t(error as 'form.required') : error;
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-sm font-medium text-soft">
        {label}
      </label>
      {children({
        id,
        'aria-invalid': error ? true : undefined,
        'aria-describedby': error || hint ? about : undefined,
      })}
      {(error || hint) && (
        <p id={about} className={`mt-1 text-xs ${error ? 'text-bad' : 'text-faint'}`}>
          {words ?? hint}
        </p>
      )}
    </div>
  );
}

type FormFieldProps<T extends FieldValues> = {
  form: UseFormReturn<T>;
  name: Path<T>;
  label: string;
  hint?: ReactNode;
  className?: string;
};

type TextProps<T extends FieldValues> = FormFieldProps<T> & {
  type?: 'text' | 'password' | 'number' | 'datetime-local' | 'url';
  placeholder?: string;
  mono?: boolean;
  readOnly?: boolean;
  list?: string;
  /** Where the focus goes when the form opens, in place of its first input. */
  'data-first'?: boolean;
};

/** A text input of a form. */
export function TextField<T extends FieldValues>(props: TextProps<T>) {
  const { form, name, label, hint, className, mono, ...input } = props;
  const error = form.getFieldState(name, form.formState).error?.message;
  return (
    <Field label={label} hint={hint} error={error} className={className}>
      {(wiring) => (
        <Input
          {...wiring}
          {...input}
          className={mono ? 'font-mono text-sm' : undefined}
          {...form.register(name)}
        />
      )}
    </Field>
  );
}

/** Several lines of a form. */
export function TextAreaField<T extends FieldValues>(
  props: FormFieldProps<T> & { rows?: number; placeholder?: string },
) {
  const { form, name, label, hint, className, ...input } = props;
  const error = form.getFieldState(name, form.formState).error?.message;
  return (
    <Field label={label} hint={hint} error={error} className={className}>
      {(wiring) => <TextArea {...wiring} {...input} {...form.register(name)} />}
    </Field>
  );
}

/** A choice of a form. */
export function SelectField<T extends FieldValues>(
  props: FormFieldProps<T> & { children: ReactNode; onChange?: (value: string) => void },
) {
  const { form, name, label, hint, className, children, onChange } = props;
  const error = form.getFieldState(name, form.formState).error?.message;
  return (
    <Field label={label} hint={hint} error={error} className={className}>
      {(wiring) => (
        <Select {...wiring} {...form.register(name, { onChange: (event) => onChange?.(event.target.value) })}>
          {children}
        </Select>
      )}
    </Field>
  );
}
