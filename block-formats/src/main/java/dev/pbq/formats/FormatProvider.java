package dev.pbq.formats;

import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.QuantizerProvider;
import java.util.List;

/** Announces formats that share a settings record. */
abstract class FormatProvider<S extends Record & FormatSettings> implements QuantizerProvider<S> {
  private final Class<S> settingsType;
  private final Method method;

  FormatProvider(Class<S> settingsType, String name, String summary) {
    this.settingsType = settingsType;
    this.method = new Method(name, summary);
  }

  @Override
  public List<Method> methods() {
    return List.of(method);
  }

  @Override
  public String group() {
    return "Number formats of weights and activations";
  }

  @Override
  public Class<S> settingsType() {
    return settingsType;
  }

  @Override
  public Quantizer create(String name, S settings) {
    if (!name.equals(method.name())) {
      throw new IllegalArgumentException("method " + name);
    }
    return settings.quantizer();
  }
}
