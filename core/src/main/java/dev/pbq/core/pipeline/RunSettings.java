package dev.pbq.core.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The settings of a run, and where its result goes.
 *
 * @param model as the user named it
 * @param method the main method's name
 * @param settings everything that shapes the result apart from model and calibration data: the
 *     method's complete settings, overrides, selection, order of calibration; stored in {@code
 *     config.json} and part of the fingerprint
 * @param version of the program
 * @param output the directory to make
 */
public record RunSettings(
    String model, String method, ObjectNode settings, String version, RunOutput output) {}
