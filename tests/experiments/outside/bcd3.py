"""Algorithm 2 of Zeng, Lau, Lin, Yao (ICML 2019) for the squared loss and ReLU, written from the formulas for comparison.

min over W, b, U, V of w/2 |V_N - Y|^2 + gamma/2 sum_i |V_i - sigma_i(U_i)|^2 + rho/2 sum_i |U_i - W_i V_{i-1} - b_i|^2, V_0 = X,
sigma_N = Id, rho = gamma; block by block, backward, with proximal terms alpha/2 |x - x_old|^2 on V_N, U_1..U_{N-1} and [W_i b_i].
"""
import json
import sys

import numpy as np


def relu(u):
    return np.maximum(u, 0)


def prox_relu(v, c, g):
    """Entrywise argmin over u of (v - relu(u))^2 + g (u - c)^2: the better one of the minimisers over u >= 0 and over u <= 0."""
    right, left = relu((v + g * c) / (1 + g)), np.minimum(c, 0)
    value = lambda u: (v - relu(u)) ** 2 + g * (u - c) ** 2
    return np.where(value(right) < value(left), right, left)


class Bcd3:
    def __init__(self, ask):
        assert ask["loss"]["name"] == "squared" and ask["network"]["bias"]
        assert all(a == "relu" for a in ask["network"]["activations"][:-1])
        load = np.load
        self.Y = load(ask["Y"])
        self.N = len(ask["network"]["widths"]) - 1
        self.layers = range(1, self.N + 1)
        self.W = {i: load(f"{ask['folder']}/W{i}.npy") for i in self.layers}
        self.b = {i: load(f"{ask['folder']}/b{i}.npy") for i in self.layers}
        self.gamma, self.alpha = ask["options"]["gamma"], ask["options"]["alpha"]
        self.w = 1 / self.Y.shape[1] if ask["loss"]["mean"] else 1.0
        self.U, self.V = {}, {0: load(ask["X"])}
        for i in self.layers:
            self.U[i] = self.W[i] @ self.V[i - 1] + self.b[i]
            self.V[i] = self.U[i] if i == self.N else relu(self.U[i])

    def sweep(self):
        W, b, U, V, N, gamma, alpha = self.W, self.b, self.U, self.V, self.N, self.gamma, self.alpha
        for i in reversed(self.layers):
            if i == N:
                V[N] = (self.w * self.Y + gamma * U[N] + alpha * V[N]) / (self.w + gamma + alpha)
                U[N] = (V[N] + W[N] @ V[N - 1] + b[N]) / 2
            else:
                A = W[i + 1]
                normal = np.eye(A.shape[1]) + A.T @ A
                V[i] = np.linalg.solve(normal, relu(U[i]) + A.T @ (U[i + 1] - b[i + 1]))
                center = (gamma * (W[i] @ V[i - 1] + b[i]) + alpha * U[i]) / (gamma + alpha)
                U[i] = prox_relu(V[i], center, (gamma + alpha) / gamma)
            A = np.vstack([V[i - 1], np.ones((1, V[i - 1].shape[1]))])
            Wb = np.hstack([W[i], b[i]])
            normal = alpha * np.eye(A.shape[0]) + gamma * A @ A.T
            Wb = np.linalg.solve(normal, (alpha * Wb + gamma * U[i] @ A.T).T).T
            W[i], b[i] = Wb[:, :-1], Wb[:, -1:]

    def output_loss(self):
        return self.w * 0.5 * np.sum((self.V[self.N] - self.Y) ** 2)


for line in sys.stdin:
    ask = json.loads(line)
    answer = {"iteration": ask["iteration"]}
    if ask["do"] == "start":
        method = Bcd3(ask)
    if ask["do"] == "step":
        method.sweep()
        answer["output_loss"] = method.output_loss()
    if ask["do"] == "weights":
        for i in method.layers:
            np.save(f"{ask['folder']}/W{i}.npy", method.W[i])
            np.save(f"{ask['folder']}/b{i}.npy", method.b[i])
    print(json.dumps(answer), flush=True)
