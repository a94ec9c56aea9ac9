package dev.pbq.export.awq;

import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.tensor.DType;
import dev.pbq.export.AffineExport;
import dev.pbq.export.ExportProgress;
import dev.pbq.export.ExportReport;
import dev.pbq.export.ExportRequest;
import dev.pbq.export.Exporter;
import dev.pbq.export.FloatTypes;
import java.util.Set;

/** AutoAWQ's layout, version {@code gemm}: uniform grids of 4 bits in groups of one size. */
public final class AwqExporter implements Exporter {
  private static final String DTYPE = "dtype";
  private static final String SHARD_SIZE = "shard-size";

  @Override
  public String name() {
    return AwqLayout.NAME;
  }

  @Override
  public String summary() {
    return "AutoAWQ's packed layout (gemm), for uniform grids of 4 bits";
  }

  @Override
  public Set<String> options() {
    return Set.of(DTYPE, SHARD_SIZE);
  }

  @Override
  public ExportReport export(ExportRequest request, ExportProgress progress) {
    request.requireOptionsOf(this);
    long shardBytes = request.option(SHARD_SIZE).map(ShardSize::parse).orElse(ShardSize.DEFAULT);
    DType dense = request.option(DTYPE).map(FloatTypes::parse).orElse(DType.F16);
    return new AffineExport(name(), dense, shardBytes).export(request, new AwqFormat(), progress);
  }
}
