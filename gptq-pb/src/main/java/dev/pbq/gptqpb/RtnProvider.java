package dev.pbq.gptqpb;

import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.QuantizerProvider;
import java.util.List;

/** Announces {@code rtn}. */
public final class RtnProvider implements QuantizerProvider<RtnSettings> {
  @Override
  public List<Method> methods() {
    return List.of(new Method("rtn", "round to nearest on min-max grids; needs no calibration"));
  }

  @Override
  public String group() {
    return "Rounding";
  }

  @Override
  public Class<RtnSettings> settingsType() {
    return RtnSettings.class;
  }

  @Override
  public Quantizer create(String method, RtnSettings settings) {
    if (!method.equals("rtn")) {
      throw new IllegalArgumentException("method " + method);
    }
    return new RtnQuantizer(settings);
  }
}
