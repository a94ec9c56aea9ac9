package dev.pbq.train.builtin;

import dev.pbq.core.checkpoint.AtomicFile;
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

  static void save(Path file, Parameters parameters, AdamW optimizer) {
    AtomicFile.write(file, channel -> save(channel, parameters, optimizer));
  }

  private static void save(WritableByteChannel channel, Parameters parameters, AdamW optimizer)
      throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)))) {
      out.writeInt(MAGIC);
      out.writeInt(parameters.config().parameters());
      out.writeInt(optimizer.steps());
      for (String name : parameters.arrays().keySet()) {
        float[] values = parameters.copy(name);
        AdamW.Moments moments = optimizer.moments(name, values.length);
        write(out, values);
        write(out, moments.first());
        write(out, moments.second());
      }
    }
  }

  /**
   * @throws IOException if the file is not a state of this model
   */
  static void load(Path file, Parameters parameters, AdamW optimizer) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      if (in.readInt() != MAGIC || in.readInt() != parameters.config().parameters()) {
        throw new IOException(file + " is not a training state of this model");
      }
      optimizer.resumeAt(in.readInt());
      for (String name : parameters.arrays().keySet()) {
        int n = parameters.values(name).capacity();
        float[] values = new float[n];
        read(in, values);
        parameters.values(name).put(0, values);
        AdamW.Moments moments = optimizer.moments(name, n);
        read(in, moments.first());
        read(in, moments.second());
      }
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
