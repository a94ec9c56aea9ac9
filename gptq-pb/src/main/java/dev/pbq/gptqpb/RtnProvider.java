package dev.pbq.gptqpb;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.QuantizerProvider;
import java.util.List;

/** Announces {@code rtn}. */
public final class RtnProvider implements QuantizerProvider<RtnSettings> {
  private static final int TABLE_GROUP = 64;

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

  /** A whole row of a table has outliers that a grid for all would be taken up by. */
  @Override
  public ObjectNode tableSettings(boolean calibrated) {
    return JsonNodeFactory.instance.objectNode().put("groupsize", TABLE_GROUP);
  }

  @Override
  public Quantizer create(String method, RtnSettings settings) {
    if (!method.equals("rtn")) {
      throw new IllegalArgumentException("method " + method);
    }
    return new RtnQuantizer(settings);
  }
}
