package dev.pbq.export;

/**
 * A tensor in an export.
 *
 * @param source its name in the source
 * @param name its name in the export
 * @param type how it is stored, as the format calls it
 * @param fidelity what the writer meant to keep of its values
 * @param error what was measured when it was read back
 */
public record ExportedTensor(
    String source, String name, String type, Fidelity fidelity, TensorError error) {}
