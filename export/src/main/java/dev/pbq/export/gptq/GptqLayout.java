package dev.pbq.export.gptq;

import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ForeignLayout;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.packed.UniformLinear;
import dev.pbq.export.ForeignLinears;
import java.util.Set;

/**
 * Folders in GPTQ's layout ({@code quant_method} gptq, of AutoGPTQ, GPTQModel and pbq): codes of 2,
 * 3, 4 or 8 bits packed along the inputs, zero points stored less one unless {@code
 * checkpoint_format} is {@code gptq_v2}.
 */
public final class GptqLayout implements ForeignLayout {
  @Override
  public String name() {
    return "gptq";
  }

  @Override
  public String title() {
    return "GPTQ";
  }

  @Override
  public Set<String> linears(ModelFolder folder, Checkpoint stored) {
    return ForeignLinears.with(name(), "qweight", folder, stored);
  }

  @Override
  public UniformLinear read(ModelFolder folder, Checkpoint stored, String linear) {
    return new GptqLayerReader(folder, stored, linear).read();
  }
}
