package dev.pbq.spark;

import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.LinearInputTap;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/**
 * Runs windows as far as the last input of a pass, and gives what the inputs are, cut into what
 * each band of a Hessian takes.
 *
 * @param quantized linears of the block that are quantized already, packed
 * @param wanted indices of inputs
 * @param everyToken whether experts are shown all tokens
 */
record ShowTask(
    WorkerJob job,
    RunShape shape,
    PassPlan pass,
    Broadcast<Map<String, byte[]>> quantized,
    Set<Integer> wanted,
    boolean everyToken)
    implements PairFlatMapFunction<Iterator<WindowBatch>, SliceKey, Slice> {
  @Override
  public Iterator<Tuple2<SliceKey, Slice>> call(Iterator<WindowBatch> batches) {
    if (!batches.hasNext()) {
      return List.<Tuple2<SliceKey, Slice>>of().iterator();
    }
    Worker worker = Worker.ofTask(job);
    return new Batches<>(batches, job.threads(), some -> worker.compute(() -> show(worker, some)));
  }

  private List<Tuple2<SliceKey, Slice>> show(Worker worker, List<WindowBatch> some) {
    HeldWindows held = HeldWindows.of(some, shape);
    List<LinearInput> inputs =
        pass.inputs().stream().map(input -> worker.input(pass.block(), input.name())).toList();
    List<LinearInput> shown = wanted.stream().sorted().map(inputs::get).toList();
    List<Tuple2<SliceKey, Slice>> slices = new ArrayList<>();
    worker
        .block(pass.block(), quantized.value())
        .show(
            held.states(),
            held,
            inputs.get(pass.last()),
            shown,
            first -> tap(inputs, shown, held.first() + first, slices));
    return slices;
  }

  private LinearInputTap tap(
      List<LinearInput> inputs,
      List<LinearInput> shown,
      int first,
      List<Tuple2<SliceKey, Slice>> slices) {
    return new LinearInputTap() {
      @Override
      public void accept(LinearInput input, FloatBuffer x, int sequences, int tokensPerSequence) {
        int index = inputs.indexOf(input);
        PassPlan.Input planned = pass.inputs().get(index);
        for (int band = 0; band < planned.bands(); band++) {
          byte[] values =
              Columns.from(
                  planned.starts().get(band), x, sequences * tokensPerSequence, planned.features());
          slices.add(
              new Tuple2<>(
                  new SliceKey(index, band, first),
                  new Slice(sequences, tokensPerSequence, values)));
        }
      }

      @Override
      public boolean everyToken(LinearInput input) {
        return everyToken && wants(input);
      }

      @Override
      public boolean wants(LinearInput input) {
        return shown.contains(input);
      }
    };
  }
}
