package dev.pbq.eval;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.LanguageHead;
import dev.pbq.core.model.LinearInputTap;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.model.TokenEmbedding;
import dev.pbq.core.pipeline.ActivationFile;
import dev.pbq.core.pipeline.HiddenStates;
import dev.pbq.core.tensor.WeightSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The mean negative log-likelihood of windows of tokens under a model, in either of two ways with
 * the same arithmetic: with all blocks in memory, batch after batch; or, where the model is larger
 * than the memory budget, with one block in memory at a time and the hidden states of all windows
 * in a scratch file.
 */
public final class WindowScorer {
  private final CausalModel model;
  private final WeightSource weights;
  private final ProductOperands operands;
  private final long residentBytes;
  private final Path scratchDirectory;

  /**
   * Makes a scorer.
   *
   * @param weights lent for the scorer's life
   * @param operands what happens to the operands of the blocks' products
   * @param residentBytes the largest float32 model that is held in memory whole
   * @param scratchDirectory where hidden states go otherwise; must exist
   */
  public WindowScorer(
      CausalModel model,
      WeightSource weights,
      ProductOperands operands,
      long residentBytes,
      Path scratchDirectory) {
    this.model = Objects.requireNonNull(model);
    this.weights = Objects.requireNonNull(weights);
    this.operands = Objects.requireNonNull(operands);
    this.residentBytes = residentBytes;
    this.scratchDirectory = scratchDirectory;
  }

  /** Bytes of the model's weights as float32. */
  public long modelBytes() {
    long floats = 0;
    for (String name : model.requiredTensors()) {
      long count = 1;
      for (long d : weights.shape(name)) {
        count = Math.multiplyExact(count, d);
      }
      floats = Math.addExact(floats, count);
    }
    return floats * Float.BYTES;
  }

  /**
   * Scores windows of equal length.
   *
   * @param windows [windows][tokens]
   * @param manager parent of everything native; the scorer leaves nothing in it
   * @return the mean of each window's tokens - 1 negative log-likelihoods, in nats
   * @throws PbqException NUMERICAL if a likelihood is not finite
   */
  public double[] score(int[][] windows, NDManager manager, ScoringProgress progress) {
    HiddenStates states = HiddenStates.of(windows.length, windows[0].length, model.hiddenSize());
    try (NDManager scope = manager.newSubManager();
        TokenEmbedding embedding = model.embedding(scope, weights);
        LanguageHead head = model.head(scope, weights)) {
      return modelBytes() <= residentBytes
          ? scoreResident(windows, states, scope, embedding, head, progress)
          : scoreStreaming(windows, states, scope, embedding, head, progress);
    }
  }

  private double[] scoreResident(
      int[][] windows,
      HiddenStates states,
      NDManager manager,
      TokenEmbedding embedding,
      LanguageHead head,
      ScoringProgress progress) {
    List<DecoderBlock> blocks = new ArrayList<>();
    try {
      for (int b = 0; b < model.blocks(); b++) {
        blocks.add(model.block(manager, weights, b, operands));
      }
      double[] means = new double[windows.length];
      for (int first = 0; first < windows.length; first += states.batch()) {
        int[][] ids = batch(windows, first, states);
        try (NDManager scope = manager.newSubManager()) {
          NDArray hidden = embedding.embed(scope, ids);
          for (DecoderBlock block : blocks) {
            NDArray next = block.forward(hidden, LinearInputTap.NONE);
            hidden.close();
            hidden = next;
          }
          means(head.nextTokenNll(hidden, ids), first, means);
        }
        progress.scored(first + ids.length, windows.length, runningMean(means, first + ids.length));
      }
      return means;
    } finally {
      blocks.forEach(DecoderBlock::close);
    }
  }

  private double[] scoreStreaming(
      int[][] windows,
      HiddenStates states,
      NDManager manager,
      TokenEmbedding embedding,
      LanguageHead head,
      ScoringProgress progress) {
    Path file = scratchFile();
    try (ActivationFile activations = ActivationFile.open(file, states.windowValues())) {
      for (int first = 0; first < windows.length; first += states.batch()) {
        try (NDManager scope = manager.newSubManager()) {
          states.write(activations, first, embedding.embed(scope, batch(windows, first, states)));
        }
      }
      for (int b = 0; b < model.blocks(); b++) {
        try (DecoderBlock block = model.block(manager, weights, b, operands)) {
          for (int first = 0; first < windows.length; first += states.batch()) {
            try (NDManager scope = manager.newSubManager()) {
              NDArray hidden = states.read(activations, first, scope);
              states.write(activations, first, block.forward(hidden, LinearInputTap.NONE));
            }
            progress.block(b, model.blocks(), first + states.batchAt(first), windows.length);
          }
        }
      }
      double[] means = new double[windows.length];
      for (int first = 0; first < windows.length; first += states.batch()) {
        int[][] ids = batch(windows, first, states);
        try (NDManager scope = manager.newSubManager()) {
          means(head.nextTokenNll(states.read(activations, first, scope), ids), first, means);
        }
        progress.scored(first + ids.length, windows.length, runningMean(means, first + ids.length));
      }
      return means;
    } finally {
      delete(file);
    }
  }

  private static int[][] batch(int[][] windows, int first, HiddenStates states) {
    return java.util.Arrays.copyOfRange(windows, first, first + states.batchAt(first));
  }

  private static void means(float[][] nll, int first, double[] means) {
    for (int w = 0; w < nll.length; w++) {
      double sum = 0;
      for (float v : nll[w]) {
        sum += v;
      }
      if (!Double.isFinite(sum)) {
        throw PbqException.numerical(
            "the likelihood of evaluation window " + (first + w) + " is not finite");
      }
      means[first + w] = sum / nll[w].length;
    }
  }

  private static double runningMean(double[] means, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += means[i];
    }
    return sum / count;
  }

  private Path scratchFile() {
    try {
      return Files.createTempFile(scratchDirectory, "pbq-eval-", ".f32");
    } catch (IOException e) {
      throw PbqException.resources(
          "cannot create a scratch file in " + scratchDirectory + ": " + e.getMessage(), e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw PbqException.resources(
          "cannot delete the scratch file " + file + ": " + e.getMessage(), e);
    }
  }
}
