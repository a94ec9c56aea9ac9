package dev.pbq.core.quant;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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

  /**
   * Settings that suit a table of rows that are looked up one at a time, such as an embedding, or
   * give one logit each, such as a head, where the defaults for linears do not.
   *
   * @param calibrated whether there is a Hessian of what the rows are multiplied with
   * @return by camel-case name, a fresh object; what a user gives wins over them
   */
  default ObjectNode tableSettings(boolean calibrated) {
    return JsonNodeFactory.instance.objectNode();
  }

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
