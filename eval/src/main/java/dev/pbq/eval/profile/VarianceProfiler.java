package dev.pbq.eval.profile;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.activation.ActivationFile;
import dev.pbq.core.activation.HiddenStates;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.model.TokenEmbedding;
import dev.pbq.core.tensor.WeightSource;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs windows of tokens through a model and measures the variance of every operation's values,
 * with one block in memory at a time and the hidden states in a scratch file.
 */
public final class VarianceProfiler {
  private static final int PIECE = 1 << 22;

  private final CausalModel model;
  private final WeightSource weights;
  private final ProductOperands operands;
  private final Path scratchDirectory;

  /**
   * Makes a profiler.
   *
   * @param weights not owned; must stay open as long as the profiler is used
   * @param operands what happens to the operands of the blocks' products; what is measured of
   *     operands is how they were before
   * @param scratchDirectory where hidden states go; must exist
   */
  public VarianceProfiler(
      CausalModel model, WeightSource weights, ProductOperands operands, Path scratchDirectory) {
    this.model = model;
    this.weights = weights;
    this.operands = operands;
    this.scratchDirectory = scratchDirectory;
  }

  /**
   * Measures activations and weights.
   *
   * @param windows token ids [windows][tokens], all of one length
   * @param manager parent of everything native; nothing is left in it
   * @throws PbqException NUMERICAL naming block and operation if a variance is not finite; BAD_DATA
   *     if a token is not in the vocabulary
   */
  public VarianceProfile profile(int[][] windows, NDManager manager, ProfileProgress progress) {
    HiddenStates states = HiddenStates.of(windows.length, windows[0].length, model.hiddenSize());
    return profile(windows, states, manager, progress);
  }

  /** Operations have names in the reference for some families only. */
  private void requireKnownOperations() {
    if (Architectures.linearPaths(model.architecture()).isEmpty()) {
      throw PbqException.usage(
          "the operations of "
              + model.architecture()
              + " have no names in a variance profile: it is made of llama, mistral, qwen2 and opt"
              + " models");
    }
  }

  VarianceProfile profile(
      int[][] windows, HiddenStates states, NDManager manager, ProfileProgress progress) {
    requireKnownOperations();
    requireVocabulary(windows);
    List<VarianceEntry> activations = new ArrayList<>();
    List<VarianceEntry> ofWeights = new ArrayList<>();
    Path file = scratchFile();
    try (ActivationFile hidden = ActivationFile.open(file, states.windowValues())) {
      embed(windows, states, hidden, manager);
      for (int b = 0; b < model.blocks(); b++) {
        activations.addAll(activations(b, states, hidden, manager, progress));
        ofWeights.addAll(weights(b));
      }
    } finally {
      delete(file);
    }
    return new VarianceProfile(activations, ofWeights);
  }

  private void requireVocabulary(int[][] windows) {
    for (int[] window : windows) {
      for (int id : window) {
        if (id < 0 || id >= model.vocabularySize()) {
          throw PbqException.badData(
              "the text has token id "
                  + id
                  + " but the model's vocabulary has "
                  + model.vocabularySize()
                  + " entries: the tokenizer is another model's");
        }
      }
    }
  }

  private void embed(
      int[][] windows, HiddenStates states, ActivationFile hidden, NDManager manager) {
    try (TokenEmbedding embedding = model.embedding(manager, weights)) {
      for (int first = 0; first < windows.length; first += states.batch()) {
        int[][] ids = Arrays.copyOfRange(windows, first, first + states.batchAt(first));
        try (NDManager scope = manager.newSubManager()) {
          states.write(hidden, first, embedding.embed(scope, ids));
        }
      }
    }
  }

  /** Runs one block; its outputs take the place of its inputs. */
  private List<VarianceEntry> activations(
      int index,
      HiddenStates states,
      ActivationFile hidden,
      NDManager manager,
      ProfileProgress progress) {
    BlockObserver observer = new BlockObserver(model.attention(), operands);
    try (DecoderBlock block = model.block(manager, weights, index, observer)) {
      for (int first = 0; first < states.windows(); first += states.batch()) {
        try (NDManager scope = manager.newSubManager()) {
          NDArray x = states.read(hidden, first, scope);
          states.write(hidden, first, block.forward(x, observer));
        }
        progress.windows(index, model.blocks(), first + states.batchAt(first), states.windows());
      }
    }
    return observer.entries(index);
  }

  private List<VarianceEntry> weights(int block) {
    List<VarianceEntry> entries = new ArrayList<>();
    for (LinearInput input : model.linearInputs(block)) {
      for (Linear linear : input.linears()) {
        entries.add(new VarianceEntry(block, linear.shortName(), variance(linear.weight())));
      }
    }
    return entries;
  }

  private double variance(String tensor) {
    long[] shape = weights.shape(tensor);
    int cols = Math.toIntExact(shape[1]);
    int rows = (int) Math.max(1, Math.min(shape[0], PIECE / cols));
    FloatBuffer piece = FloatBuffer.allocate(rows * cols);
    Moments moments = new Moments();
    for (long row = 0; row < shape[0]; row += rows) {
      long count = Math.min(rows, shape[0] - row);
      weights.readRows(tensor, row, count, piece.clear());
      moments.add(piece, 0, piece.position());
    }
    return moments.variance();
  }

  private Path scratchFile() {
    try {
      return Files.createTempFile(scratchDirectory, "pbq-profile-", ".f32");
    } catch (IOException e) {
      throw PbqException.resources("cannot make a scratch file in " + scratchDirectory, e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw PbqException.resources("cannot delete the scratch file " + file, e);
    }
  }
}
