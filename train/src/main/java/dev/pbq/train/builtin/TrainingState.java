package dev.pbq.train.builtin;

import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.train.optimizer.Parameter;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Everything that a training run needs to continue: steps done, weights and moments, in float32. A
 * file holds one state and appears complete or not at all.
 */
final class TrainingState {
  private static final int MAGIC = 0x70627131;

  private TrainingState() {}

  static void save(Path file, TinyWeights weights, int steps) {
    AtomicFile.write(file, channel -> save(channel, weights, steps));
  }

  private static void save(WritableByteChannel channel, TinyWeights weights, int steps)
      throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)))) {
      out.writeInt(MAGIC);
      out.writeInt(weights.config().parameters());
      out.writeInt(steps);
      for (Parameter parameter : weights.parameters()) {
        write(out, parameter.values());
        write(out, parameter.first());
        write(out, parameter.second());
      }
    }
  }

  /**
   * Fills weights and moments.
   *
   * @return steps done
   * @throws IOException if the file is not a state of this model
   */
  static int load(Path file, TinyWeights weights) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      if (in.readInt() != MAGIC || in.readInt() != weights.config().parameters()) {
        throw new IOException(file + " is not a training state of this model");
      }
      int steps = in.readInt();
      for (Parameter parameter : weights.parameters()) {
        read(in, parameter.values());
        read(in, parameter.first());
        read(in, parameter.second());
      }
      return steps;
    }
  }

  private static void write(DataOutputStream out, float[] values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
    bytes.asFloatBuffer().put(values);
    out.write(bytes.array());
  }

  private static void read(DataInputStream in, float[] values) throws IOException {
    byte[] bytes = new byte[4 * values.length];
    in.readFully(bytes);
    ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
  }
}
