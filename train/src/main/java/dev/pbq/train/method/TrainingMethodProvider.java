package dev.pbq.train.method;

import dev.pbq.core.quant.QuantizerProvider;

/**
 * Announces a training method to {@link java.util.ServiceLoader}.
 *
 * @param <S> the settings record, as of a {@link QuantizerProvider}
 */
public interface TrainingMethodProvider<S extends Record> {
  /** Name and summary. */
  QuantizerProvider.Method method();

  /** The settings record's class. */
  Class<S> settingsType();

  /**
   * The method; the caller closes it.
   *
   * @throws dev.pbq.core.PbqException for a file that the settings name and that cannot be opened
   */
  TrainingMethod create(S settings);
}
