package dev.pbq.export.gptq;

import dev.pbq.core.tensor.DType;
import dev.pbq.export.AffineExport;
import dev.pbq.export.ExportProgress;
import dev.pbq.export.ExportReport;
import dev.pbq.export.ExportRequest;
import dev.pbq.export.Exporter;
import java.util.Set;

/**
 * The layout that GPTQ's loaders read (transformers with GPTQModel or AutoGPTQ, vLLM): uniform
 * grids of 2, 3, 4 or 8 bits with integer zero points, in groups along the inputs.
 */
public final class GptqExporter implements Exporter {
  private static final String CHECKPOINT_FORMAT = "checkpoint-format";

  @Override
  public String name() {
    return "gptq";
  }

  @Override
  public String summary() {
    return "GPTQ's packed layout, for uniform grids of 2, 3, 4 or 8 bits";
  }

  @Override
  public Set<String> options() {
    return Set.of(ExportRequest.DTYPE, ExportRequest.SHARD_SIZE, CHECKPOINT_FORMAT);
  }

  @Override
  public ExportReport export(ExportRequest request, ExportProgress progress) {
    request.requireOptionsOf(this);
    long shardBytes = request.shardBytes();
    DType dense = request.dtype().orElse(DType.F16);
    return new AffineExport(name(), dense, shardBytes)
        .export(request, new GptqFormat(request.option(CHECKPOINT_FORMAT)), progress);
  }
}
