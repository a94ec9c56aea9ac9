package dev.pbq.core.quant;

import java.util.List;

/**
 * Announces methods to {@link java.util.ServiceLoader}. One provider may serve several method names
 * that share a settings record.
 *
 * @param <S> the settings record: validated in its constructor (USAGE errors), every component with
 *     the paper's default where JSON leaves it out, described by {@link Setting}, mapped by Jackson
 *     with the component names in camel case
 */
public interface QuantizerProvider<S extends Record> {
  /** The methods served, e.g. xnor, sign, no, 2bit, 4bit, prune. */
  List<Method> methods();

  /**
   * The heading under which lists show the methods; providers of the same group are shown together.
   */
  default String group() {
    return "Other methods";
  }

  /** The settings record's class. */
  Class<S> settingsType();

  /** A quantizer for one of {@link #methods()}. */
  Quantizer create(String method, S settings);

  /**
   * A method for the help text.
   *
   * @param name its name in recipes and on the command line
   * @param summary one line: what it does and where it comes from
   */
  record Method(String name, String summary) {}
}
